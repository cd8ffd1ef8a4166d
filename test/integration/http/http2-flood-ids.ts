export const floodIds = ['H039']
