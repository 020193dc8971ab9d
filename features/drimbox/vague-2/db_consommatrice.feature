# language: fr
Fonctionnalité: Examens d'imagerie consultés par une DRIMbox consommatrice
  Un appel contextuel ouvre la DRIMbox pour un patient ; ses références viennent du DMP, ses images d'une source distante.

  @DB.CO.93.01
  Scénario: Le patient refuse : ni appel au DMP, ni référence montrée
    Étant donné un logiciel où l'on se connecte par Pro Santé Connect
    Et un patient « Paula » venu pour un examen d'imagerie, dont le DMP est ouvert
    Et un examen « scanner » du patient « Paula » publié par une DRIMbox distante : CT 2 images
    Quand le professionnel s'identifie
    Et le professionnel ouvre la DRIMbox pour le patient « Paula », consentement refusé
    Et le professionnel ouvre la DRIMbox pour le patient « Paula », consentement donné
    Alors le DMP du patient « Paula » n'est pas consulté, consentement refusé

  @DB.CO.94.01
  Scénario: Le consentement n'est pas connu : le logiciel invite à le recueillir
    Étant donné un logiciel où l'on se connecte par Pro Santé Connect
    Et un patient « Quentin » venu pour un examen d'imagerie, dont le DMP est ouvert
    Et un examen « irm » du patient « Quentin » publié par une DRIMbox distante : MR 1 image
    Quand le professionnel s'identifie
    Et le professionnel ouvre la DRIMbox pour le patient « Quentin », consentement inconnu
    Et le professionnel ouvre la DRIMbox pour le patient « Quentin », consentement donné
    Alors le DMP du patient « Quentin » n'est pas consulté, consentement inconnu
    Et le logiciel invite à recueillir le consentement du patient « Quentin »

  @DB.CO.54.01
  Scénario: Les références du patient sont présentées, puis l'une d'elles récupérée
    Étant donné un logiciel où l'on se connecte par Pro Santé Connect
    Et un patient « Rose » venu pour un examen d'imagerie, dont le DMP est ouvert
    Et des documents d'autres professionnels dans le DMP du patient « Rose »
      | document | type              | date de l'acte   |
      | sortie   | lettre de liaison | 14/07/2024 09:30 |
    Et un examen « A » du patient « Rose » publié par une DRIMbox distante : CT 2 images, CT 1 image
    Et un examen « B » du patient « Rose » publié par une DRIMbox distante : MR 2 images
    Quand le professionnel s'identifie
    Et le professionnel ouvre la DRIMbox pour le patient « Rose », consentement donné
    Et le professionnel ouvre la première série de l'examen « A »
    Alors les examens présentés pour le patient « Rose » sont « A » et « B »
    Et la référence de l'examen « A » a été récupérée du DMP avant ses images
    Et la présentation des résultats à l'écran est à regarder

  @DB.CO.73.01 @DB.CO.84.01
  Scénario: Les images se récupèrent dans les trois familles de syntaxes, classées par préférence
    Étant donné un logiciel où l'on se connecte par Pro Santé Connect
    Et un patient « Sacha » venu pour un examen d'imagerie, dont le DMP est ouvert
    Et un examen « un » du patient « Sacha » publié par une DRIMbox distante, en syntaxe non compressée : CT 2 images
    Et un examen « deux » du patient « Sacha » publié par une DRIMbox distante, en syntaxe sans perte : MR 2 images
    Et un examen « trois » du patient « Sacha » publié par une DRIMbox distante, en syntaxe avec perte : US 2 images
    Quand le professionnel s'identifie
    Et le professionnel ouvre la DRIMbox pour le patient « Sacha », consentement donné
    Et le professionnel ouvre la première série de l'examen « un »
    Et le professionnel ouvre la première série de l'examen « deux »
    Et le professionnel ouvre la première série de l'examen « trois »
    Alors les images de la première série de l'examen « un », non compressées, sont montrées
    Et les images de la première série de l'examen « deux », sans perte, sont montrées
    Et les images de la première série de l'examen « trois », avec perte, sont montrées
    Et les demandes d'images classent leurs syntaxes de transfert par préférence
    Et les demandes d'images portent un jeton valable de Pro Santé Connect

  @DB.CO.68.01
  Scénario: Des images d'un autre patient ne sont pas montrées
    Étant donné un logiciel où l'on se connecte par Pro Santé Connect
    Et un patient « Théa » venu pour un examen d'imagerie, dont le DMP est ouvert
    Et un examen « juste » du patient « Théa » publié par une DRIMbox distante : CT 2 images
    Et un examen « échangé » du patient « Théa » publié par une DRIMbox distante : CT 1 image
    Quand le professionnel s'identifie
    Et le professionnel ouvre la DRIMbox pour le patient « Théa », consentement donné
    Et le professionnel ouvre la première série de l'examen « juste »
    Et la source rend les images d'un autre patient, et le professionnel ouvre la première série de « échangé »
    Alors aucune image d'un autre patient n'est montrée pour « échangé », quand celles de « juste » le sont

  @DB.CO.70.01
  Scénario: Une série déjà reçue n'est pas redemandée à la source
    Étant donné un logiciel où l'on se connecte par Pro Santé Connect
    Et un patient « Ugo » venu pour un examen d'imagerie, dont le DMP est ouvert
    Et un examen « scanner » du patient « Ugo » publié par une DRIMbox distante : CT 2 images
    Quand le professionnel s'identifie
    Et le professionnel ouvre la DRIMbox pour le patient « Ugo », consentement donné
    Et le professionnel ouvre la première série de l'examen « scanner »
    Et le professionnel ouvre la première série de l'examen « scanner », une seconde fois
    Alors la première série de l'examen « scanner » n'a été demandée qu'une fois à la source

  @DB.CO.63.01
  Scénario: Le professionnel entre dans la DRIMbox par Pro Santé Connect
    Étant donné un logiciel où l'on se connecte par Pro Santé Connect
    Et un compte du logiciel pour « la pharmacienne »
    Quand le professionnel s'identifie
    Alors la session ouverte est celle du professionnel, avec ses situations d'exercice
    Quand le professionnel ferme sa session
    Et « la pharmacienne » s'identifie
    Alors la session ouverte est celle de « la pharmacienne », avec ses situations d'exercice
    Et le professionnel et « la pharmacienne » ne sont pas confondus
    Et chaque demande de connexion suit les règles du fournisseur d'identité

  @DB.CO.64.01
  Scénario: Le professionnel sort de la DRIMbox et de Pro Santé Connect
    Étant donné un logiciel où l'on se connecte par Pro Santé Connect
    Quand le professionnel s'identifie
    Et le professionnel ferme sa session
    Alors la session du professionnel est fermée, dans le logiciel comme chez le fournisseur d'identité
    Quand le professionnel s'identifie de nouveau, dans le même navigateur
    Alors la session du professionnel avait été fermée, et une nouvelle authentification est demandée

  @DB.CO.65.01
  Scénario: Le jeton du professionnel est renouvelé tant qu'il se sert de la DRIMbox
    Étant donné un logiciel où l'on se connecte par Pro Santé Connect
    Et un patient « Violette » venu pour un examen d'imagerie, dont le DMP est ouvert
    Et un examen « avant » du patient « Violette » publié par une DRIMbox distante : CT 1 image
    Et un examen « après » du patient « Violette » publié par une DRIMbox distante : MR 1 image
    Quand le professionnel s'identifie
    Et le professionnel ouvre la DRIMbox pour le patient « Violette », consentement donné
    Et le professionnel ouvre la première série de l'examen « avant »
    Et le professionnel laisse périmer son jeton, puis ouvre la première série de l'examen « après »
    Alors les images de la première série de l'examen « après » sont montrées
    Et les demandes d'images portent un jeton valable de Pro Santé Connect

  @DB.CO.67.01
  Scénario: Le DMP est consulté en authentification indirecte renforcée
    Étant donné un logiciel où l'on se connecte par Pro Santé Connect
    Et un patient « Wilfried » venu pour un examen d'imagerie, dont le DMP est ouvert
    Et un examen « A » du patient « Wilfried » publié par une DRIMbox distante : CT 1 image
    Et un examen « B » du patient « Wilfried » publié par une DRIMbox distante : MR 1 image
    Quand le professionnel s'identifie
    Et le professionnel ouvre la DRIMbox pour le patient « Wilfried », consentement donné
    Et le professionnel ouvre la première série de l'examen « A »
    Alors les examens présentés pour le patient « Wilfried » sont « A » et « B »
    Et les consultations se font en authentification indirecte renforcée
    Et les consultations du DMP suivent le guide d'intégration

  @DB.CO.92.01
  Scénario: Le DMP est consulté au nom de celui que Pro Santé Connect a authentifié
    Étant donné un logiciel où l'on se connecte par Pro Santé Connect
    Et un patient « Xavier » venu pour un examen d'imagerie, dont le DMP est ouvert
    Et un patient « Yasmine » venu pour un examen d'imagerie, dont le DMP est ouvert
    Et un examen « scanner » du patient « Xavier » publié par une DRIMbox distante : CT 1 image
    Et un examen « irm » du patient « Yasmine » publié par une DRIMbox distante : MR 1 image
    Quand le professionnel s'identifie
    Et le professionnel ouvre la DRIMbox pour le patient « Xavier », consentement donné
    Et le professionnel ferme sa session
    Et un autre professionnel s'identifie
    Et un autre professionnel ouvre la DRIMbox pour le patient « Yasmine », consentement donné
    Alors le DMP du patient « Xavier » est consulté au nom du professionnel, tel que Pro Santé Connect le dit
    Et le DMP du patient « Yasmine » est consulté au nom d'un autre professionnel, tel que Pro Santé Connect le dit
