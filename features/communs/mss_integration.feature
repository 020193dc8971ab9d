# language: fr
Fonctionnalité: Documents reçus par MSSanté et intégrés d'eux-mêmes
  Réglé pour cela, le logiciel range seul un document au dossier dont l'INS qualifiée est strictement la sienne, et nul autre.

  @MSS/UX.07.01
  Scénario: Un document reçu entre de lui-même au dossier dont l'INS qualifiée est strictement la sienne
    # Réglage levé, puis actif. Quatre écarts d'un seul trait, une INS non qualifiée ; le document identique arrive en
    # dernier et ferme l'observation. Le matricule étranger est celui d'un homonyme né le même jour.
    Étant donné un patient « Ambroisine » dont le statut est « identité qualifiée »
    Et un patient « Bertille » dont le statut est « identité qualifiée »
    Et un patient « Cyprien » dont le statut est « identité qualifiée »
    Et un patient « Désiré » dont le statut est « identité qualifiée »
    Et un patient « Eustache » dont le statut est « identité récupérée »
    Et un compte rendu de biologie « bilan trop tôt » reçu par MSSanté pour le patient « Désiré »
    Quand l'administrateur lève l'intégration automatique des documents reçus
    Et le professionnel relève les documents reçus
    Et l'administrateur active l'intégration automatique des documents reçus
    Et une lettre de liaison « lettre de Bertille » arrive pour le patient « Bertille » sous une autre date
    Et une lettre de liaison « lettre de Cyprien » arrive pour le patient « Cyprien » sous un autre prénom
    Et une lettre de liaison « lettre de Désiré » arrive pour le patient « Désiré » sous un autre nom
    Et un compte rendu de biologie « bilan d'un homonyme » arrive pour le patient « Ambroisine » sous un autre matricule
    Et une lettre de liaison « lettre d'Eustache » reçue par MSSanté pour le patient « Eustache »
    Et une lettre de liaison « lettre d'Ambroisine » reçue par MSSanté pour le patient « Ambroisine »
    Et le professionnel relève les documents reçus
    Alors « lettre d'Ambroisine » est entré de lui-même au dossier du patient « Ambroisine »
    Et « bilan trop tôt » n'est pas entré de lui-même : réglage levé
    Et « lettre de Bertille » n'est pas entré de lui-même : identité différente
    Et « lettre de Cyprien » n'est pas entré de lui-même : identité différente
    Et « lettre de Désiré » n'est pas entré de lui-même : identité différente
    Et « bilan d'un homonyme » n'est pas entré de lui-même : identité différente
    Et « lettre d'Eustache » n'est pas entré de lui-même : INS non qualifiée

  @MSS/UX.40.01
  Scénario: Les documents entrés d'eux-mêmes se revoient sur une période, jusqu'à leur consultation
    # Deux patients, deux types ; un document intégré à la main n'en est pas, et un document ouvert n'en est plus.
    Étant donné un patient « Fantine » dont le statut est « identité qualifiée »
    Et un patient « Gaspard » dont le statut est « identité qualifiée »
    Et les documents reçus par MSSanté intégrés d'eux-mêmes
    Et une lettre de liaison « lettre de Fantine » reçue par MSSanté pour le patient « Fantine »
    Et un compte rendu de biologie « bilan de Gaspard » reçu par MSSanté pour le patient « Gaspard »
    Quand le professionnel relève les documents reçus
    Et les documents reçus par MSSanté sont désormais intégrés à la main
    Et une lettre de liaison « lettre de Gaspard » reçue par MSSanté pour le patient « Gaspard »
    Et le professionnel classe le document « lettre de Gaspard »
    Alors la liste des documents entrés d'eux-mêmes montre « lettre de Fantine » à la période du jour, pas à une période passée
    Et la liste des documents entrés d'eux-mêmes montre « bilan de Gaspard » à la période du jour, pas à une période passée
    Et la liste des documents entrés d'eux-mêmes ne donne pas « lettre de Gaspard » pour l'un d'eux
    Quand le professionnel ouvre le document reçu « bilan de Gaspard »
    Alors « bilan de Gaspard », consulté, n'est plus à revoir
    Et la liste des documents entrés d'eux-mêmes montre « lettre de Fantine » à la période du jour, pas à une période passée

  @MSS/UX.09.01
  Scénario: Les documents reçus et non intégrés s'intègrent, remplacent ou se suppriment depuis leur liste
    # Les trois actions de l'exigence ; le scénario officiel ne montre que l'intégration.
    Étant donné un patient « Hortense » dont le statut est « identité qualifiée »
    Et un patient « Ignace » dont le statut est « identité qualifiée »
    Et les documents reçus par MSSanté intégrés à la main
    Et une lettre de liaison « première lettre » reçue par MSSanté pour le patient « Hortense »
    Quand le professionnel classe le document « première lettre »
    Et une lettre de liaison « lettre corrigée » reçue par MSSanté pour le patient « Hortense », qui remplace « première lettre »
    Et un compte rendu de biologie « bilan » reçu par MSSanté pour le patient « Ignace »
    Et un compte rendu de biologie « bilan indésirable » reçu par MSSanté pour le patient « Hortense »
    Et le professionnel relève les documents reçus
    Alors la liste des documents à traiter montre « lettre corrigée »
    Et la liste des documents à traiter montre « bilan »
    Et la liste des documents à traiter montre « bilan indésirable »
    Quand le professionnel intègre « bilan » depuis cette liste, au dossier du patient « Ignace »
    Et le professionnel fait remplacer « première lettre » par « lettre corrigée » depuis cette liste
    Et le professionnel supprime « bilan indésirable » depuis cette liste
    Alors « bilan » est intégré au seul dossier du patient « Ignace »
    Et « lettre corrigée » a pris la place de « première lettre »
    Et « bilan indésirable » n'est entré dans aucun dossier
    Et « bilan », traité, n'est plus dans la liste des documents à traiter
    Et « lettre corrigée », traité, n'est plus dans la liste des documents à traiter
    Et « bilan indésirable », traité, n'est plus dans la liste des documents à traiter

  @MSS/UX.16.01
  Scénario: Les statistiques comptent par type les documents intégrés d'eux-mêmes, à la main, et non intégrés
    # Les comptes diffèrent d'un type et d'une issue à l'autre ; seul ce que le scénario ajoute est jugé.
    Étant donné un patient « Joachim » dont le statut est « identité qualifiée »
    Et un patient « Léopoldine » dont le statut est « identité qualifiée »
    Et les statistiques d'intégration relevées avant toute réception
    Et les documents reçus par MSSanté intégrés d'eux-mêmes
    Et une lettre de liaison « lettre de Joachim » reçue par MSSanté pour le patient « Joachim »
    Et une lettre de liaison « lettre de Léopoldine » reçue par MSSanté pour le patient « Léopoldine »
    Et un compte rendu de biologie « bilan de Joachim » reçu par MSSanté pour le patient « Joachim »
    Quand le professionnel relève les documents reçus
    Et les documents reçus par MSSanté sont désormais intégrés à la main
    Et un compte rendu de biologie « bilan classé » reçu par MSSanté pour le patient « Léopoldine »
    Et le professionnel classe le document « bilan classé »
    Et une lettre de liaison « lettre en attente » reçue par MSSanté pour le patient « Joachim »
    Et un compte rendu de biologie « bilan en attente » reçu par MSSanté pour le patient « Joachim »
    Et un compte rendu de biologie « autre bilan en attente » reçu par MSSanté pour le patient « Léopoldine »
    Et le professionnel relève les documents reçus
    Alors les statistiques d'intégration comptent ces documents
      | document               | issue               |
      | lettre de Joachim      | intégré de lui-même |
      | lettre de Léopoldine   | intégré de lui-même |
      | bilan de Joachim       | intégré de lui-même |
      | bilan classé           | intégré à la main   |
      | lettre en attente      | non intégré         |
      | bilan en attente       | non intégré         |
      | autre bilan en attente | non intégré         |
    Et celles d'une période passée n'en comptent aucun
