# language: fr
Fonctionnalité: Examens exportés par une DRIMbox consommatrice vers le PACS de l'établissement
  Le banc est le PACS : il prend les C-STORE, dans toute syntaxe de transfert, et garde ce qu'il reçoit.

  @DB.CO.60.01 @DB.CO.77.01
  Scénario: Les images d'un examen sont poussées vers le PACS, sous l'IPP local
    Étant donné un logiciel où l'on se connecte par Pro Santé Connect
    Et un patient « Zélie » venu pour un examen d'imagerie, dont le DMP est ouvert
    Et un examen « A » du patient « Zélie » publié par une DRIMbox distante : CT 2 images, CT 1 image
    Et un examen « B » du patient « Zélie » publié par une DRIMbox distante : MR 2 images
    Quand le professionnel s'identifie
    Et le professionnel ouvre la DRIMbox pour le patient « Zélie », consentement donné
    Et le professionnel ouvre la première série de l'examen « A »
    Et le professionnel ouvre la première série de l'examen « B »
    Et le professionnel exporte vers le PACS l'examen « A »
    Alors les images de l'examen « A » sont au PACS, et elles seules
    Et chaque image arrivée au PACS porte l'IPP local du patient « Zélie »

  @DB.CO.74.01
  Scénario: L'export va au PACS en syntaxe compressée, avec ou sans perte, et non compressée
    Étant donné un logiciel où l'on se connecte par Pro Santé Connect
    Et un patient « Adrien » venu pour un examen d'imagerie, dont le DMP est ouvert
    Et un examen « un » du patient « Adrien » publié par une DRIMbox distante, en syntaxe non compressée : CT 2 images
    Et un examen « deux » du patient « Adrien » publié par une DRIMbox distante, en syntaxe sans perte : MR 2 images
    Et un examen « trois » du patient « Adrien » publié par une DRIMbox distante, en syntaxe avec perte : US 2 images
    Quand le professionnel s'identifie
    Et le professionnel ouvre la DRIMbox pour le patient « Adrien », consentement donné
    Et le professionnel exporte vers le PACS les examens « un », « deux » et « trois »
    Alors l'export des examens « un », « deux » et « trois » garde leurs trois familles de syntaxes

  @DB.CO.78.01
  Scénario: Deux examens de la liste s'exportent par une file d'attente
    Étant donné un logiciel où l'on se connecte par Pro Santé Connect
    Et un patient « Bénédicte » venu pour un examen d'imagerie, dont le DMP est ouvert
    Et un examen « scanner » du patient « Bénédicte » publié par une DRIMbox distante : CT 2 images
    Et un examen « irm » du patient « Bénédicte » publié par une DRIMbox distante : MR 2 images
    Quand le professionnel s'identifie
    Et le professionnel ouvre la DRIMbox pour le patient « Bénédicte », consentement donné
    Et le professionnel exporte vers le PACS les examens « scanner » et « irm »
    Alors la file d'attente de l'export dit ces examens, et tous sont exportés
    Et les images des examens « scanner » et « irm » sont au PACS, et elles seules
